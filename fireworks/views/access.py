"""Who gets further than 403 on the pages of duty."""

from django.contrib.auth.decorators import permission_required

from staff.permissions import Perms

VIEW = permission_required(Perms.VIEW_FIREWORKS, raise_exception=True)
PLAN = permission_required(Perms.PLAN_DUTY, raise_exception=True)
REPORT = permission_required(Perms.REPORT_DUTY, raise_exception=True)
APPROVE = permission_required(Perms.APPROVE_SWAP, raise_exception=True)
