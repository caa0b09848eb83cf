"""Tables that setting up the test database fills, and that no test empties."""

KEPT_TABLES = {
    "django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions",
}  # fmt: skip
