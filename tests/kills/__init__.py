"""Kills the real engine at random moments and looks whether anything is lost, doubled or unexplained afterwards."""
