"""Month names as feeds write them, in some sixty languages.

Data only. Names are casefolded, without a final dot; a name that means different months in two languages is left out
(`listopad` is October in Croatian and November in Polish, `srp` July or August).
"""

from __future__ import annotations

_MONTH_NAMES = (
    (
        "january jan januar januari jänner janvier janv enero ene janeiro gennaio genn gen tammikuu tammikuuta"
        " stycznia styczeń sty leden ledna január ianuarie ian ocak oca yanvar ιανουαρίου ιανουάριος ιαν января"
        " январь янв січня січень січ يناير ינואר בינואר ژانویه جنوری siječanj siječnja januára januarja janar"
        " janúar jaanuar sausio janvāris janvāra janvārī gener јануар јануара јануари януари студзеня იანვარი"
        " იანვარს հունվար հունվարի қаңтар қаңтары जनवरी জানুয়ারি ม.ค มกราคม جانفي"
    ),
    (
        "february feb februar februari fév févr février fevr fevrier febrero fevereiro fev febbraio febbr helmikuu"
        " helmikuuta lutego luty lut únor února február februarie şubat şub fevral febr φεβρουαρίου φεβρουάριος φεβ"
        " февраля февраль фев февр лютого лютий лют فبراير شباط פברואר בפברואר فوریه فبروری veljača veljače"
        " februára februarja shkurt febrúar veebruar vasario februāris februāra februārī febrer фебруар фебруара"
        " фебруари февруари лютага თებერვალი փետրվար փետրվարի ақпан फ़रवरी फरवरी ফেব্রুয়ারি ก.พ กุมภาพันธ์ pebrero"
        " فيفري شوبات"
    ),
    (
        "march mar märz mrz mär mars marzo março marco maart mrt maaliskuu maaliskuuta marca marzec březen března"
        " március martie mart maret marts márc μαρτίου μάρτιος μαρ марта март мар березня березень бер مارس آذار"
        " מרץ במרץ مارچ ožujak ožujka marec märts kovo marta martā març сакавіка მარტი մարտ մարտի наурыз मार्च"
        " মার্চ มี.ค มีนาคม machi mac marso ئازار"
    ),
    (
        "april apr avril avr abril abr aprile huhtikuu huhtikuuta kwietnia kwiecień kwi duben dubna április"
        " aprilie nisan nis aprel απριλίου απρίλιος απρ апреля апрель апр квітня квітень кві أبريل ابريل نيسان"
        " אפריל באפריל آوریل اپریل travanj travnja apríla aprila prill apríl aprill balandžio aprīlis aprīļa aprīlī"
        " април красавіка აპრილი ապրիլ ապրիլի сәуір अप्रैल এপ্রিল เม.ย เมษายน aprili أفريل"
    ),
    (
        "may mai mayo maio maggio magg mag mei maj toukokuu toukokuuta maja květen května május mayıs mayis μαΐου"
        " μάιος μαϊ мая май травня травень тра مايو أيار מאי במאי مه می svibanj svibnja mája maí gegužės maijs"
        " maija maijā maig мај მაისი մայիս մայիսի мамыр मई মে พ.ค พฤษภาคม مئی ماي ئایار"
    ),
    (
        "june jun juni juin junio junho giugno giu kesäkuu kesäkuuta czerwca czerwiec cze červen června június"
        " iunie iun haziran haz iyun ιουνίου ιούνιος ιουν июня июнь июн червня червень чер يونيو حزيران יוני ביוני"
        " ژوئن جون lipanj lipnja júna junija qershor júní juuni birželio jūnijs jūnija jūnijā juny јун јуна јуни"
        " юни чэрвеня ივნისი հունիս հունիսի маусым जून জুন มิ.ย มิถุนายน hunyo جوان حوزەیران"
    ),
    (
        "july jul juli juillet juil julio julho luglio lug heinäkuu heinäkuuta lipca lipiec červenec července"
        " július iulie iul temmuz tem iyul ιουλίου ιούλιος ιουλ июля июль июл липня липень лип يوليو تموز יולי"
        " ביולי ژوئیه جولای srpanj srpnja júla julija korrik júlí juuli liepos jūlijs jūlija jūlijā juliol јул јула"
        " јули юли ліпеня ივლისი հուլիս հուլիսի шілде जुलाई জুলাই ก.ค กรกฎาคม julai hulyo جويلية يوليوز جولائی"
        " تەممووز"
    ),
    (
        "august augusti aug août aout agosto ago elokuu elokuuta sierpnia sierpień sie srpen srpna augusztus"
        " augustus ağustos ağu avqust agustus αυγούστου αύγουστος αυγ августа август авг серпня серпень сер серп"
        " أغسطس اغسطس آب אוגוסט באוגוסט اوت آگست kolovoz kolovoza augusta avgusta avgust gusht ágúst rugpjūčio"
        " augusts agost аўгуст жніўня აგვისტო օգոստոս օգոստոսի тамыз अगस्त আগস্ট ส.ค สิงหาคม agosti ogos غشت أوت"
        " اگست ئاب"
    ),
    (
        "september sep sept septembre septiembre setiembre setembro set settembre sett syyskuu syyskuuta września"
        " wrzesień wrz září szeptember septembrie eylül eyl sentyabr σεπτεμβρίου σεπτέμβριος σεπ сентября сентябрь"
        " сен сент вересня вересень вер سبتمبر أيلول ספטמבר בספטמבר سپتامبر سپتمبر rujan rujna septembra septembar"
        " shtator rugsėjo septembris septembrī setembre септембар септембра септември верасня სექტემბერი სექტემბერს"
        " սեպտեմբեր սեպտեմբերի қыркүйек सितंबर सितम्बर সেপ্টেম্বর ก.ย กันยายน septemba setyembre شتنبر ستمبر"
        " ئەیلوول"
    ),
    (
        "october oct okt oktober octobre octubre outubro out ottobre ott lokakuu lokakuuta października"
        " październik paź říjen října október octombrie ekim eki oktyabr οκτωβρίου οκτώβριος οκτ октября октябрь"
        " окт жовтня жовтень жов жовт أكتوبر اكتوبر אוקטובר באוקטובר اکتبر اکتوبر oktobar oktobra oktobris oktobrī"
        " tetor spalio октобар октобра октомври кастрычніка ოქტომბერი հոկտեմբեր հոկտեմբերի қазан अक्टूबर अक्तूबर"
        " অক্টোবর ต.ค ตุลาคม oktoba oktubre"
    ),
    (
        "november nov novembre noviembre novembro marraskuu marraskuuta november noiembrie kasım kas noyabr"
        " νοεμβρίου νοέμβριος νοε ноября ноябрь ноя нояб листопада نوفمبر נובמבר בנובמבר نوامبر نومبر studeni"
        " studenog studenoga novembra novembar nëntor nóvember lapkričio novembris novembrī listopadu новембар"
        " новембра ноември лістапада ნოემბერი նոյեմբեր նոյեմբերի қараша नवंबर नवम्बर নভেম্বর พ.ย พฤศจิกายน novemba"
        " nobyembre نونبر"
    ),
    (
        "december dec dez dezember décembre déc decembre diciembre dic dezembro dicembre joulukuu joulukuuta"
        " grudnia grudzień gru prosinec prosince des desember decembrie aralık ara dekabr desember δεκεμβρίου"
        " δεκέμβριος δεκ декабря декабрь дек грудня грудень гру груд ديسمبر דצמבר בדצמבר دسامبر دسمبر prosinac"
        " prosinca decembra decembar dhjetor detsember desembre gruodžio decembris decembrī децембар децембра"
        " декември снежня დეკემბერი դեկտեմբեր դեկտեմբերի желтоқсан दिसंबर दिसम्बर ডিসেম্বর ธ.ค ธันวาคม desemba"
        " disember disyembre دجنبر"
    ),
)
# Names of two words: the Levant's and Iraq's Arabic, and Sorani.
_PAIRS = {
    "كانون الثاني": 1,
    "کانوونی دووەم": 1,
    "تشرين الأول": 10,
    "تشرین الاول": 10,
    "تشرینی یەکەم": 10,
    "تشرين الثاني": 11,
    "تشرینی دووەم": 11,
    "كانون الأول": 12,
    "کانوونی یەکەم": 12,
}
MONTHS: dict[str, int] = {
    name.casefold(): number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
} | _PAIRS
THAI_MONTHS = frozenset(name for name in MONTHS if "\u0e00" <= name[0] <= "\u0e7f")
# A number behind one of these is a month: Vietnamese.
NUMBER_OF_MONTH = frozenset({"tháng", "thg"})
