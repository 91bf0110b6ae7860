"""Sites: the buildings of a hall, beside its zones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CODE = sa.String(64)


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "site",
        sa.Column("hall_id", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", CODE, server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address_en", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["hall_id", "version"],
            ["catalogue_version.hall_id", "catalogue_version.version"],
            name=op.f("fk_site_hall_id_version"),
        ),
        sa.PrimaryKeyConstraint("hall_id", "version", "position", name=op.f("pk_site")),
    )
    # Versions that are stored are of halls in a single building.
    with op.batch_alter_table("zone") as batch:
        batch.add_column(sa.Column("site", CODE, server_default=sa.text("''"), nullable=False))
