"""Who gets further than 403 on the pages of permits."""

from django.contrib.auth.decorators import permission_required

from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_PERMITS, raise_exception=True)
KEEP = permission_required(Perms.MANAGE_PERMIT_ITEMS, raise_exception=True)
ASSESS = permission_required(Perms.ASSESS_FEES, raise_exception=True)
COLLECT = permission_required(Perms.COLLECT_FEES, raise_exception=True)
