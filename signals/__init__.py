"""Alerts become scored, sized, explained signals here; may import events, trading and ml, never web."""
