from providers.tencentcloud.provider import provider

__all__ = ["provider"]
