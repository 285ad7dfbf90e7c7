"""What each process of a fleet would do first, done once, before they are forked."""

from sqlalchemy.orm import configure_mappers

from portal import cli, features, scheduler, tables
from portal.cli import server
from portal.timescales import policy

__all__ = ["cli", "features", "scheduler", "server", "tables"]

configure_mappers()
policy.load()
