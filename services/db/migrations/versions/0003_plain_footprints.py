"""Footprints that tiles can draw without cutting and mending"""

from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

# Units in a metre of EPSG:3857 of the tiles of z14, z15 and z16: 2^z * 4096 / (2 * 20037508.342789244)
UNITS = ('1.6745810619749533', '3.3491621239499065', '6.698324247899813')


def upgrade() -> None:
    on_grid = [
        f'ST_SnapToGrid(ST_Scale(ST_Transform(geom, 3857), {units}, {units}), 1)' for units in UNITS
    ]
    plain = ' AND '.join(f'ST_Area({shape}) > 0 AND ST_IsValid({shape})' for shape in on_grid)
    op.execute(f'ALTER TABLE building ADD plain boolean NOT NULL GENERATED ALWAYS AS ({plain}) STORED')
