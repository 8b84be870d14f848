"""The trial number that the source gives to every sample and event."""
