"""Attachments: their bytes, and what is known of them (protocol §6, design §4)."""

from wuye.storage.blobs.objects import Objects
from wuye.storage.blobs.shelf import Chunk, Inventory, Limits, Shelf, Standing

__all__ = ["Chunk", "Inventory", "Limits", "Objects", "Shelf", "Standing"]
