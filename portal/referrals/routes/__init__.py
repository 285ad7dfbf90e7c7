"""The pages of a referral. Each module brings a blueprint; a new one is added to the list here."""

from flask import Flask

from portal.referrals import beside
from portal.referrals.beside import Above
from portal.referrals.files import storage
from portal.referrals.routes import attachments, conversation, drafts, page, record_reviews, sections, starting, submit
from portal.referrals.routes import list as listed
from portal.referrals.sharing import decision_routes
from portal.referrals.sharing import routes as sharing

BLUEPRINTS = (
    listed.blueprint,
    page.blueprint,
    conversation.blueprint,
    record_reviews.blueprint,
    sharing.blueprint,
    decision_routes.blueprint,
    starting.blueprint,
    drafts.blueprint,
    sections.blueprint,
    attachments.blueprint,
    submit.blueprint,
)


def install(app: Flask, above: Above) -> None:
    """Register the pages of a referral on `app`; over its tabs they show the note of a feature `above` this one."""
    beside.use(above)
    storage.use_folder(app.extensions["settings"].attachments_dir)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
