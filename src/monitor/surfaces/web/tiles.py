"""The tile map: each country a square of one size at its rough place, by ISO 3166 code; the page lists all by name.

Drawn by hand for this project. Equal squares, so that a plot in a small country is seen as well as one in a large one.
"""

from __future__ import annotations

_ROWS = """
.. .. .. .. .. .. IS .. .. NO SE FI .. .. .. .. .. .. .. .. .. ..
CA .. .. .. .. .. .. .. .. DK .. EE .. RU .. .. .. .. .. .. .. ..
US .. .. .. .. .. IE GB NL DE PL LV LT BY .. KZ .. MN .. .. KP JP
MX CU BS .. .. .. .. BE LU CZ SK UA MD .. GE AZ UZ KG CN .. KR TW
GT HT DO .. .. .. PT FR CH AT HU RO BG TR AM TM TJ AF .. HK .. ..
SV HN JM .. .. .. ES IT SI HR RS MK XK GR CY IR PK IN NP BD .. ..
NI CR PA VE TT .. MA DZ TN MT BA ME AL LB SY IQ KW LK MM LA VN PH
CO EC .. GY SR .. SN ML NE LY EG IL PS JO .. BH QA AE .. TH KH ..
PE BO BR .. .. .. GN CI GH NG TD SD ER .. SA YE OM .. .. MY SG ..
CL PY UY .. .. .. SL LR TG BJ CM CF SS ET DJ SO .. .. .. ID BN PG
.. AR .. .. .. .. .. .. .. GA CG CD UG KE .. .. .. .. .. .. AU FJ
.. .. .. .. .. .. .. .. .. AO ZM RW BI TZ .. .. .. .. .. .. .. NZ
.. .. .. .. .. .. .. .. .. NA ZW MW MZ MG .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. .. BW ZA LS SZ .. .. .. .. .. .. .. .. ..
"""
TILES = tuple(tuple(line.split()) for line in _ROWS.strip().splitlines())
