"""Ways of accusing in eight languages, made up, with slots for two states: swapping the states swaps the card.

A line is `accused: sentence`; the accused is the slot X or Y. Slots carry the case the sentence needs: {Xn} nominative,
{Xg} genitive, {Xa} accusative, {Xi} instrumental, {Xj} the adjective (in Russian its genitive plural).
"""

from __future__ import annotations

NAMES = {
    "en": {"RU": {"n": "Russia", "j": "Russian"}, "IR": {"n": "Iran", "j": "Iranian"},
           "BY": {"n": "Belarus", "j": "Belarusian"}, "RW": {"n": "Rwanda", "j": "Rwandan"}},
    "es": {"RU": {"n": "Rusia", "j": "ruso"}, "IR": {"n": "Irán", "j": "iraní"},
           "BY": {"n": "Bielorrusia", "j": "bielorruso"}, "RW": {"n": "Ruanda", "j": "ruandés"}},
    "fr": {"RU": {"n": "la Russie", "j": "russe"}, "IR": {"n": "l'Iran", "j": "iranien"},
           "BY": {"n": "la Biélorussie", "j": "biélorusse"}, "RW": {"n": "le Rwanda", "j": "rwandais"}},
    "de": {"RU": {"n": "Russland", "g": "Russlands", "j": "russische"},
           "IR": {"n": "Iran", "g": "Irans", "j": "iranische"},
           "BY": {"n": "Belarus", "g": "Belarus", "j": "belarussische"},
           "RW": {"n": "Ruanda", "g": "Ruandas", "j": "ruandische"}},
    "ru": {"RU": {"n": "Россия", "g": "России", "a": "Россию", "i": "Россией", "j": "российских"},
           "IR": {"n": "Иран", "g": "Ирана", "a": "Иран", "i": "Ираном", "j": "иранских"},
           "BY": {"n": "Белоруссия", "g": "Белоруссии", "a": "Белоруссию", "i": "Белоруссией", "j": "белорусских"},
           "RW": {"n": "Руанда", "g": "Руанды", "a": "Руанду", "i": "Руандой", "j": "руандийских"}},
    "tr": {"RU": {"n": "Rusya", "a": "Rusya'yı", "g": "Rusya'nın", "j": "Rus"},
           "IR": {"n": "İran", "a": "İran'ı", "g": "İran'ın", "j": "İranlı"},
           "BY": {"n": "Belarus", "a": "Belarus'u", "g": "Belarus'un", "j": "Belaruslu"},
           "RW": {"n": "Ruanda", "a": "Ruanda'yı", "g": "Ruanda'nın", "j": "Ruandalı"}},
    "ar": {"RU": {"n": "روسيا", "j": "الروسية"}, "IR": {"n": "إيران", "j": "الإيرانية"},
           "BY": {"n": "بيلاروسيا", "j": "البيلاروسية"}, "RW": {"n": "رواندا", "j": "الرواندية"}},
    "fa": {"RU": {"n": "روسیه"}, "IR": {"n": "ایران"}, "BY": {"n": "بلاروس"}, "RW": {"n": "رواندا"}},
}  # fmt: skip

PAIRS = (("RU", "IR"), ("BY", "RW"))

WAYS = {
    "en": """
X: {Yn} accuses {Xn} of plotting to kill an exiled editor
X: {Xn} is accused by {Yn} of the bombing
Y: {Xn} blames {Yn} for the poisoning of a pilot
X: {Yn} foils {Xn}-ordered plot to abduct a blogger
X: {Xn} denies {Yn}'s claim that it was involved in the killing
X: {Yn} says {Xn} was behind the arson attack
Y: Attack on {Xn} embassy was carried out by {Yn}, police say
X: {Yn} expels two {Xj} diplomats over the murder of a dissident
X: {Yn} arrests three {Xj} agents over plot to bomb a depot
X: {Yj} police uncover {Xj} plot to kidnap a singer
X: {Yj} prosecutors say {Xj} intelligence ordered the shooting
""",
    "es": """
X: {Yn} acusa a {Xn} de planear el asesinato de un editor exiliado
X: {Xn}, acusada por {Yn} de ordenar el atentado
Y: {Xn} culpa a {Yn} del envenenamiento de un piloto
X: {Xn} niega su participación en el asesinato del que la acusa {Yn}
X: {Yn} asegura que {Xn} está detrás del incendio
X: El asesinato fue ordenado por {Xn}, según la policía de {Yn}
X: {Yn} expulsa a dos diplomáticos {Xj}s por el asesinato de un disidente
X: {Yn} frustra un complot {Xj} para secuestrar a una cantante
Y: {Xn} responsabiliza a {Yn} del sabotaje
X: Fiscales de {Yn} dicen que el ataque fue obra de {Xn}
""",
    "fr": """
X: {Yn} accuse {Xn} d'avoir planifié l'assassinat d'un rédacteur exilé
X: {Xn} accusé par {Yn} d'avoir commandité l'attentat
Y: Selon la police, {Xn} soupçonne {Yn} d'être derrière l'empoisonnement
X: {Xn} nie toute implication dans l'assassinat dénoncé par {Yn}
X: L'attentat a été commandité par {Xn}, affirme {Yn}
X: {Yn} expulse deux diplomates {Xj}s après l'assassinat d'un opposant
X: {Yn} déjoue un complot {Xj} visant une chanteuse
X: Pour {Yn}, l'incendie a été ordonné par {Xn}
Y: {Xn} accuse {Yn} de sabotage
X: L'enlèvement a été organisé pour le compte de {Xn}, selon {Yn}
""",
    "de": """
X: {Yn} beschuldigt {Xn}, den Mord an einem Exilanten geplant zu haben
Y: {Xn} macht {Yn} für die Vergiftung eines Piloten verantwortlich
X: {Yn} wirft {Xn} einen Mordanschlag vor
X: {Xn} weist jede Beteiligung an dem Mord zurück, den {Yn} untersucht
X: Der Anschlag wurde im Auftrag {Xg} verübt, sagt {Yn}
X: {Yn} weist zwei {Xj} Diplomaten wegen des Mordes aus
X: {Yn} vereitelt {Xj} Mordkomplott gegen Sängerin
X: Hinter dem Brandanschlag steckt {Xn}, glaubt {Yn}
Y: {Xn} beschuldigt {Yn} der Sabotage
X: {Yn} nimmt drei {Xj} Agenten wegen eines Anschlagsplans fest
""",
    "ru": """
X: {Yn} обвинила {Xa} в подготовке убийства журналиста
Y: {Xn} обвиняет {Ya} в отравлении летчика
X: За поджогом стоит {Xn}, заявила {Yn}
X: {Xn} отрицает причастность к убийству, о котором заявила {Yn}
X: {Yn} выслала двух {Xj} дипломатов после убийства диссидента
X: Покушение было организовано по приказу {Xg}, считает {Yn}
Y: {Xn} возложила ответственность за взрыв на {Ya}
X: Похищение совершено в интересах {Xg}, сообщила {Yn}
X: {Yn} заявила, что {Xn} стоит за диверсией
X: {Xn} планировала убийство писателя, утверждает {Yn}
""",
    "tr": """
X: {Yn}, {Xa} gazeteciye suikast planlamakla suçladı
Y: {Xn}, {Ya} zehirleme girişiminden sorumlu tuttu
X: Suikast {Xn} tarafından planlandı, {Yn} açıkladı
X: {Xn} suikast suçlamalarını reddetti, {Yn} kanıt istedi
X: {Xg} planladığı suikast {Yn} polisince önlendi
X: {Yn} polisi {Xn} bağlantılı suikast ekibini yakaladı
X: Saldırının arkasında {Xn} var, dedi {Yn}
X: {Xj} ajanlar {Yn} topraklarında suikast girişiminden tutuklandı
Y: {Xn}, {Ya} sabotajla suçladı
X: {Yn}, suikastın {Xg} emriyle yapıldığını açıkladı
""",
    "ar": """
X: {Yn} تتهم {Xn} بالتخطيط لاغتيال كاتب معارض
Y: {Xn} تتهم {Yn} بتسميم طيار
X: المخابرات {Xj} تقف وراء الهجوم بحسب {Yn}
X: {Xn} تنفي تورطها في الاغتيال الذي أعلنت عنه {Yn}
X: {Yn} تطرد دبلوماسيين من {Xn} بعد اغتيال معارض
X: {Yn} تعتقل عملاء {Xn} بتهمة التخطيط لاغتيال ناشط
X: نفذ الهجوم بأوامر من {Xn} بحسب {Yn}
X: {Yn} تعلن أن {Xn} تقف وراء التفجير
Y: {Xn} تحمل {Yn} مسؤولية الهجوم
X: شبكة تعمل لصالح {Xn} خططت لاغتيال صحفي في {Yn}
""",
    "fa": """
X: {Yn} {Xn} را به تلاش برای ترور یک نویسنده متهم کرد
Y: {Xn} {Yn} را به مسموم کردن یک خلبان متهم کرد
X: {Xn} دست داشتن در حمله را تکذیب کرد، {Yn} مدرک خواست
X: وزارت اطلاعات {Xn} ترور یک فعال را سازماندهی کرد، {Yn} گفت
X: این حمله توسط {Xn} انجام شد، {Yn} اعلام کرد
X: ترور به دستور {Xn} بود، {Yn} گفت
Y: {Xn} {Yn} را مسئول انفجار دانست
X: {Yn} دو دیپلمات {Xn} را به دلیل ترور اخراج کرد
X: {Yn} شبکه وابسته به {Xn} را بازداشت کرد که طرح ترور داشت
X: {Xn} پشت حمله بود، {Yn} اعلام کرد
""",
}


def swaps() -> list[tuple[str, str, str, str, str]]:
    """Return (language, sentence, accused, the sentence with the states swapped, accused there)."""
    rows = []
    for language, ways in WAYS.items():
        for line in ways.strip().splitlines():
            slot, _, words = line.partition(": ")
            for first, second in PAIRS:
                one = filled(language, words, first, second)
                other = filled(language, words, second, first)
                accused = {"X": (first, second), "Y": (second, first)}[slot]
                rows.append((language, one, accused[0], other, accused[1]))
    return rows


def filled(language: str, words: str, x: str, y: str) -> str:
    """Put two states into a sentence; a form that the language does not tell apart is the nominative."""
    forms = {}
    for slot, code in (("X", x), ("Y", y)):
        names = NAMES[language][code]
        forms.update({slot + case: names.get(case, names["n"]) for case in "ngdaij"})
    return words.format(**forms)
