"""A plugin that the tablet app was never built with (protocol §7)."""
