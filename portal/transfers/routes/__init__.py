"""The pages of an onward referral: the Onward tab, KSAF's about an offer, the receiver's, and those behind a link."""

from flask import Flask

from portal.transfers.routes import handover, offers, onward, received
from portal.transfers.statutory import routes as statutory


def install(app: Flask) -> None:
    """Register the pages about onward referrals on `app`."""
    for module in (onward, statutory, offers, received, handover):
        app.register_blueprint(module.blueprint)
