"""The same running gateway as its own tests use."""

from tests.web.gateway.conftest import gateway, start

__all__ = ["gateway", "start"]
