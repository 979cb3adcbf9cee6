"""Month names and zone names as feeds write them, in the languages of the outlets we read.

Data only. Names are casefolded, without a final dot; a name that means different months in two languages is left out
(`listopad` is October in Croatian and November in Polish, `srp` July or August).
"""

from __future__ import annotations

_MONTH_NAMES = (
    # en, de, fr, es, pt, it, nl, sv/da/nb, fi, pl, cs, hu, ro, tr, az, id; then el, ru, uk, ar, he, fa, ckb
    (
        "january jan januar januari jänner janvier janv enero ene janeiro gennaio genn gen tammikuu tammikuuta stycznia"
        " styczeń sty leden ledna január ianuarie ian ocak oca yanvar"
        " ιανουαρίου ιανουάριος ιαν января январь янв січня січень січ يناير ינואר בינואר ژانویه جنوری"
    ),
    (
        "february feb februar februari fév févr février fevr fevrier febrero fevereiro fev febbraio febbr helmikuu"
        " helmikuuta lutego luty lut únor února február februarie şubat şub fevral"
        " febr φεβρουαρίου φεβρουάριος φεβ февраля февраль фев февр лютого лютий лют فبراير"
        " شباط פברואר בפברואר فوریه فبروری"
    ),
    (
        "march mar märz mrz mär mars marzo março marco maart mrt maaliskuu maaliskuuta"
        " marca marzec březen března március"
        " martie mart maret"
        " marts márc μαρτίου μάρτιος μαρ марта март мар березня березень бер مارس آذار מרץ במרץ مارچ"
    ),
    (
        "april apr avril avr abril abr aprile huhtikuu huhtikuuta kwietnia kwiecień kwi"
        " duben dubna április aprilie nisan"
        " nis aprel"
        " απριλίου απρίλιος απρ апреля апрель апр квітня квітень кві أبريل ابريل نيسان אפריל באפריל آوریل اپریل"
    ),
    (
        "may mai mayo maio maggio magg mag mei maj toukokuu toukokuuta maja květen května május mayıs mayis"
        " μαΐου μάιος μαϊ мая май травня травень тра مايو أيار מאי במאי مه می"
    ),
    (
        "june jun juni juin junio junho giugno giu kesäkuu kesäkuuta czerwca czerwiec cze"
        " červen června június iunie iun"
        " haziran haz iyun"
        " ιουνίου ιούνιος ιουν июня июнь июн червня червень чер يونيو حزيران יוני ביוני ژوئن جون"
    ),
    (
        "july jul juli juillet juil julio julho luglio lug heinäkuu heinäkuuta lipca"
        " lipiec červenec července július"
        " iulie iul temmuz tem iyul"
        " ιουλίου ιούλιος ιουλ июля июль июл липня липень лип يوليو تموز יולי ביולי ژوئیه جولای"
    ),
    (
        "august augusti aug août aout agosto ago elokuu elokuuta sierpnia sierpień sie srpen"
        " srpna augusztus augustus ağustos ağu"
        " avqust agustus"
        " αυγούστου αύγουστος αυγ августа август авг серпня серпень сер серп أغسطس اغسطس آب אוגוסט באוגוסט اوت آگست"
    ),
    (
        "september sep sept septembre septiembre setiembre setembro set settembre sett syyskuu syyskuuta września"
        " wrzesień wrz září szeptember septembrie eylül eyl sentyabr"
        " σεπτεμβρίου σεπτέμβριος σεπ сентября сентябрь сен сент вересня вересень вер سبتمبر أيلول ספטמבר בספטמבר"
        " سپتامبر سپتمبر"
    ),
    (
        "october oct okt oktober octobre octubre outubro out ottobre ott lokakuu lokakuuta października październik paź"
        " říjen října október octombrie ekim eki oktyabr"
        " οκτωβρίου οκτώβριος οκτ октября октябрь окт жовтня жовтень жов жовт أكتوبر اكتوبر"
        " אוקטובר באוקטובר اکتبر اکتوبر"
    ),
    (
        "november nov novembre noviembre novembro marraskuu marraskuuta"
        " november noiembrie kasım kas noyabr"
        " νοεμβρίου νοέμβριος νοε ноября ноябрь ноя нояб листопада نوفمبر נובמבר בנובמבר نوامبر نومبر"
    ),
    (
        "december dec dez dezember décembre déc decembre diciembre dic dezembro dicembre joulukuu joulukuuta grudnia"
        " grudzień gru prosinec prosince des desember decembrie aralık ara dekabr desember"
        " δεκεμβρίου δεκέμβριος δεκ декабря декабрь дек грудня грудень гру груд ديسمبر דצמבר בדצמבר دسامبر دسمبر"
    ),
)
MONTHS: dict[str, int] = {
    name.casefold(): number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}

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

# Arabic-Indic and Extended (Persian) digits.
DIGITS = {base + digit: str(digit) for base in (0x0660, 0x06F0) for digit in range(10)}
