SELECT code, name_zh, name_en, small FROM premises_kind ORDER BY sort, code
