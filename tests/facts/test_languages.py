"""Accusations in seven languages, and lines that accuse nobody; every line is made up for this test."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card

LINES = [
    ("fr", "Attentat déjoué de Rouvray : les services iraniens mis en cause", ["IR"]),
    ("fr", "Projet d'assassinat d'un opposant : Paris soupçonne Téhéran", ["IR"]),
    ("fr", "Empoisonnement : Londres pointe la responsabilité de Moscou", ["RU"]),
    ("fr", "Trois hommes arrêtés, soupçonnés de préparer un attentat pour le compte de l'Iran", ["IR"]),
    ("fr", "L'Iran derrière un complot visant une journaliste à Lyon, selon le parquet", ["IR"]),
    ("fr", "La justice allemande accuse un agent du renseignement vietnamien d'avoir participé à l'enlèvement", ["VN"]),
    ("fr", "Un ressortissant russe arrêté pour meurtre à Nice", []),
    ("fr", "La police belge arrête cinq suspects après un projet d'attentat", []),
    ("fr", "L'ambassade de France visée par un attentat à la bombe", []),
    ("fr", "Assassinat d'un opposant tchadien à Paris : la piste de N'Djamena", []),
    ("fr", "Un commando envoyé par Minsk voulait enlever un blogueur, affirme Vilnius", ["BY"]),
    ("fr", "Sabotages : Varsovie accuse la Russie d'avoir recruté des incendiaires", ["RU"]),
    ("fr", "Moscou dément être impliqué dans l'empoisonnement de l'opposant", ["RU"]),
    ("fr", "Le Kremlin rejette les accusations d'empoisonnement", ["RU"]),
    ("fr", "Israël accusé par l'Iran d'avoir assassiné un scientifique", ["IL"]),
    ("es", "La policía detiene a tres hombres que planeaban un atentado para Irán", ["IR"]),
    ("es", "Rusia ordenó el asesinato del disidente, concluye el juez", ["RU"]),
    ("es", "EE UU acusa a agentes iraníes de planear el secuestro de una periodista", ["IR"]),
    ("es", "Detenido un ruso por el asesinato de un empresario en Marbella", []),
    ("es", "La Fiscalía argentina imputa a funcionarios iraníes por el atentado", ["IR"]),
    ("es", "Venezuela denuncia un complot de Colombia para asesinar a su presidente", ["CO"]),
    ("es", "Atacan con explosivos la embajada de Cuba en Washington", []),
    ("es", "El Kremlin niega estar detrás del envenenamiento", ["RU"]),
    ("es", "Polonia desarticula una red de espionaje rusa que planeaba sabotajes", ["RU"]),
    ("es", "Nicaragua, señalada por el asesinato de un opositor exiliado en Costa Rica", ["NI"]),
    ("de", "Exilantenmord: Gericht sieht russischen Staat als Auftraggeber", ["RU"]),
    ("de", "Ankara ließ Exilanten entführen, sagen Ermittler", ["TR"]),
    ("de", "Iranischer Geheimdienst soll Anschlag auf Synagoge in Auftrag gegeben haben", ["IR"]),
    ("de", "Polen macht Russland für Brandanschlag verantwortlich", ["RU"]),
    ("de", "Mutmaßliche russische Saboteure in Bayern festgenommen", ["RU"]),
    ("de", "Kreml bestreitet Beteiligung an Mordversuch", ["RU"]),
    ("de", "Bundesregierung weist iranische Diplomaten nach Mordkomplott aus", ["IR"]),
    ("de", "Syrer nach Messerangriff in Haft", []),
    ("de", "Deutsche Botschaft in Kabul Ziel eines Anschlags", []),
    ("de", "Hinter dem Mord am Exilanten vermutet die Polizei Teheran", ["IR"]),
    ("ru", "Польша обвинила Россию в подготовке диверсий на железной дороге", ["RU"]),
    ("ru", "США предъявили обвинения агентам Ирана в подготовке убийства журналистки", ["IR"]),
    ("ru", "ФСБ: Украина готовила теракт на мосту", ["UA"]),
    ("ru", "Кремль отверг обвинения в отравлении", ["RU"]),
    ("ru", "Гражданин Ирана арестован за нападение с ножом", []),
    ("tr", "ABD, İran'ı suikast planlamakla suçladı", ["IR"]),
    ("tr", "İsrail ajanları suikast girişimi nedeniyle tutuklandı", ["IL"]),
    ("tr", "MİT, İran istihbaratının kaçırma planını engelledi", ["IR"]),
    ("ar", "واشنطن تتهم إيران بمحاولة اغتيال صحفية", ["IR"]),
    ("ar", "الشرطة تعتقل رجلا بعد هجوم بسكين في برلين", []),
    ("ar", "إيران تحمل إسرائيل مسؤولية اغتيال العالم", ["IL"]),
    ("fa", "آمریکا ایران را به طراحی ترور متهم کرد", ["IR"]),
    ("fa", "ایران اتهام دست داشتن در ترور را رد کرد", ["IR"]),
    ("fa", "پلیس آلمان مردی را پس از حمله با چاقو بازداشت کرد", []),
]


@pytest.mark.parametrize(("language", "title", "accused"), LINES)
def test_who_is_accused_in_other_languages(language: str, title: str, accused: list[str]) -> None:
    """Who is blamed is found; police, victims, places and nationalities are not."""
    assert read_card(title, lang=language).codes("linked_states") == accused
