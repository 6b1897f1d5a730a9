"""x"""
class _X: pass
AreaLedger=OrganizationLedger=EnterpriseLedger=InstructorLedger=MemberLedger=_X
