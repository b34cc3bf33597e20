"""The stand-in as a plugin: `python -m providers.tencentcloud <engine>`."""

from providers.kit.serve import main
from providers.tencentcloud import provider

main(provider())
