"""Licks, touches, rewards, cue, pole."""
