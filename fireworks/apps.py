from django.apps import AppConfig


class FireworksConfig(AppConfig):
    name = "fireworks"
    verbose_name = "禁炮"
