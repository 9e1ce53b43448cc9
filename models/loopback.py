"""Whom nobody can listen to on the way: this machine itself."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
