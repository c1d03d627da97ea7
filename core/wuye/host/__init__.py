"""Plugin loading with quarantine, and manifests (design §3)."""

from wuye.host.loading import Loaded, Quarantined, Source, installed, load
from wuye.host.manifest import Manifest, Manifests, Scope
from wuye.host.scope import scope_of

__all__ = [
    "Loaded",
    "Manifest",
    "Manifests",
    "Quarantined",
    "Scope",
    "Source",
    "installed",
    "load",
    "scope_of",
]
