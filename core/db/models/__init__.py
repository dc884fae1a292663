"""All tables. Importing this package is what migrations and `Base.metadata` rely on."""

from core.db.models.contact_point import ContactLink, ContactPoint, Resident, ResidentContactPoint
from core.db.models.conversation import Conversation, InboundMedia, InboundMessage, Question
from core.db.models.directory import (
    Address,
    CostOption,
    Language,
    Location,
    Organization,
    PhoneNumber,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceNeed,
    TaxonomyTerm,
)
from core.db.models.help_request import (
    FollowUp,
    HelpRequest,
    HelpRequestEvent,
    Note,
    Referral,
    UnmetNeed,
)
from core.db.models.outgoing import DeliveryReport, OutgoingMessage
from core.db.models.review import ReviewItem
from core.db.models.sources import (
    ImportRun,
    Place,
    QuarantinedRow,
    Redirect,
    ResponsibleBody,
    Source,
    SourceRecord,
    Translation,
)
from core.db.models.timer import Heartbeat, Timer
from core.db.models.volunteer import LoginAttempt, Volunteer, VolunteerChat, VolunteerSession

__all__ = [
    "Address",
    "ContactLink",
    "ContactPoint",
    "Conversation",
    "CostOption",
    "DeliveryReport",
    "FollowUp",
    "Heartbeat",
    "HelpRequest",
    "HelpRequestEvent",
    "ImportRun",
    "InboundMedia",
    "InboundMessage",
    "Language",
    "Location",
    "LoginAttempt",
    "Note",
    "Organization",
    "OutgoingMessage",
    "PhoneNumber",
    "Place",
    "QuarantinedRow",
    "Question",
    "Redirect",
    "Referral",
    "RequiredDocument",
    "Resident",
    "ResidentContactPoint",
    "ResponsibleBody",
    "ReviewItem",
    "Schedule",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceNeed",
    "Source",
    "SourceRecord",
    "TaxonomyTerm",
    "Timer",
    "Translation",
    "UnmetNeed",
    "Volunteer",
    "VolunteerChat",
    "VolunteerSession",
]
