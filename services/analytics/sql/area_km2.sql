SELECT round((ST_Area(ST_GeomFromWKB(%(shape)s, 4490)::geography) / 1e6)::numeric, 4)::float8 AS km2
