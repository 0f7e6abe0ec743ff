SELECT code, name_zh, name_en FROM incident_category WHERE parent IS NULL ORDER BY sort, code
