from django.apps import AppConfig


class BillboardsConfig(AppConfig):
    name = "billboards"
    verbose_name = "户外广告"
