"""Names of zones and of the halves of the day, in the languages of the outlets we read. Data only."""

from __future__ import annotations

# Halves of the day, as they stand beside a clock.
BEFORE_NOON = frozenset({
    "am", "a.m.", "a. m.", "a.m", "上午", "早上", "凌晨", "午前", "오전", "ص", "صباحا",
    "ق.ظ", "πμ", "π.μ.", "öö", "de.", "sa", "पूर्वाह्न",
})  # fmt: skip
AFTER_NOON = frozenset({
    "pm", "p.m.", "p. m.", "p.m", "下午", "晚上", "中午", "午後", "오후", "م", "مساء",
    "ب.ظ", "μμ", "μ.μ.", "ös", "du.", "ch", "अपराह्न",
})  # fmt: skip
# Names of zones that keep summer time, and so depend on the day; long names as JavaScript and Windows write them.
PLACES = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "at": "America/Halifax",
}  # fmt: skip
LONG_ZONES = {
    "eastern": "America/New_York", "central standard time": "America/Chicago", "central daylight": "America/Chicago",
    "mountain": "America/Denver", "pacific": "America/Los_Angeles", "central european": "Europe/Paris",
    "eastern european": "Europe/Kyiv", "greenwich mean time": "Etc/UTC", "british summer": "Europe/London",
    "coordinated universal time": "Etc/UTC", "moscow": "Europe/Moscow", "iran standard time": "Asia/Tehran",
    "israel": "Asia/Jerusalem", "india standard time": "Asia/Kolkata", "japan standard time": "Asia/Tokyo",
    "china standard time": "Asia/Shanghai", "turkey": "Europe/Istanbul", "heure de paris": "Europe/Paris",
    "московское время": "Europe/Moscow", "мск": "Europe/Moscow", "北京时间": "Asia/Shanghai",
    "北京時間": "Asia/Shanghai",
    "日本時間": "Asia/Tokyo", "mitteleuropäische": "Europe/Berlin",
}  # fmt: skip

# Minutes east of UTC. RFC 822's names, then the zones of the outlets and regions we read.
ZONES: dict[str, int] = {
    name: minutes
    for minutes, names in {
        0: "z ut utc gmt wet zulu",
        60: "cet met bst wat ist_ie west mez",
        120: "cest mest eet sast cat ist_il mesz",
        180: "msk eest trt arast ast_ar eat idt fet",
        210: "irst",
        240: "gst samt amt azt get msd",
        270: "irdt aft",
        300: "pkt uzt tmt yekt",
        330: "ist",
        345: "npt",
        360: "bdt almt omst",
        420: "ict wib krat novt",
        480: "sgt hkt awst myt pht irkt",
        540: "jst kst yakt",
        570: "acst",
        600: "aest vlat",
        660: "aedt",
        720: "nzst",
        780: "nzdt",
        -180: "brt art adt",
        -240: "edt ast clt vet bot",
        -300: "est cdt pet cot ect",
        -360: "cst mdt",
        -420: "mst pdt",
        -480: "pst akdt",
        -540: "akst",
        -600: "hst",
    }.items()
    for name in names.split()
}
# These names serve several zones; the value above is the one feeds most often mean.
AMBIGUOUS_ZONES = frozenset({"ist", "cst", "bst", "ast", "gst", "amt", "ect", "bdt"})
