"""Callbacks of GME: verified, kept, put in order, handed on."""
