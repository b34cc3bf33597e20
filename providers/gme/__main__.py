"""The provider as a plugin: `python -m providers.gme <engine>`."""

from providers.gme import provider
from providers.kit.serve import main

main(provider())
