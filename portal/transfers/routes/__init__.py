"""The pages of an onward referral: the Onward tab, an offer's pages for KSAF, and the receiver's."""

from flask import Flask

from portal.transfers.routes import offers, onward, received


def install(app: Flask) -> None:
    """Register the pages about onward referrals on `app`."""
    for module in (onward, offers, received):
        app.register_blueprint(module.blueprint)
