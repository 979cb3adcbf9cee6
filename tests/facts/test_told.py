"""What the plain sentence tells of a report: the kinds it once told wrongly, in invented words."""

from __future__ import annotations

import pytest

from monitor.facts.card import read_card
from monitor.facts.sentence import plain_sentence

SILENT = [
    # A crime of one who serves a state is not his state's.
    ("Lima court finds Zambian diplomat guilty of murdering consul", "The judge spoke of a quarrel over the post."),
    ("Retired Bolivian policeman jailed for murdering four", "The four had gone to court against him."),
    ("Bolivian cop accused of abducting woman during traffic stop", "He is also said to have asked for money."),
    ("Nine county constables jailed in the years after a nurse was murdered", ""),
    ("Sergeant shot outside gym", "Neighbours thanked the Police Service of Northern Ireland."),
    ("Fugitive shot dead on farm", "Deputies of the U.S. Marshals Service and the FBI had come for him."),
    # A nationality, a victim, somebody asked for help.
    ("Ranger finds stork dead", "Two labourers from Honduras are accused of killing the stork."),
    ("Student held after 'American agent' was knifed at bus stop", "He is charged with attempted murder."),
    ("Mother to ask police about daughter", "She will ask Chile for information about her daughter's murder."),
    ("Peru asks why farmer walks free", "A minister said he ought to be charged with murdering a herder."),
    ("Suspected bomber dies in raid", "Kenyan soldiers killed the alleged planner of a bombing."),
    ("Kenyan drones hitting Uganda struck a tanker earlier", "They killed two people, an agency said."),
    # Words that mean something else.
    ("Cricket club wants Brazil behind its young team", "A film shows old players."),
    ("Coach accused of luring rower to breakaway club", "The rower was lured to the Saudi-backed regatta."),
    ("King of Norway to be 'abducted' on his name day", "His grandchildren take him to the circus."),
    ("Boxer of Zambia denied leave from prison over killing", "The Zambia boxer has been denied leave."),
    ("Minister says Chile is accused of hostage taking", "She condemned attempts to intimidate a reporter."),
    # A place, a thing, a firm.
    ("Jockey's death was a murder ordered from the UK", "He was on holiday in Fiji."),
    ("Tehran warns refineries", "An officer said that it would strike US-linked depots."),
    ("Guards hit ship in the Gulf", "The ship in Bahrain was allegedly linked to Israel, and a strike hit a plant."),
    ("Flag burned in Oslo", "The arson was paid for by a blogger who writes for Kremlin-backed media."),
    ("Inspectors hear blasts near dam, Russia rejects claim", "Blasts were heard at the dam occupied by Russia."),
    # Means and acts that are not of one sentence; a squad of people of a country.
    ("Senator asks about phones", "She destroyed phones with a hammer, and a counsel looks into Russian meddling."),
    ("Names on a wall", "The Colombian death squad put his name first on its list."),
    ("A look at the guards of a gas field", "They watch for potential Russian sabotage of the gas field."),
    ("Old cipher read", "A page of 1588 speaks of a Danish plot to murder a count."),
    # A weapon, a wish of trade, a case that has not come, people of a country.
    ("US says pictures show Iran plans nuclear bomb", "It alleged an intention to build an atomic bomb."),
    ("US wants Peru to eliminate farm subsidies", "It says they kill trade and wants them eliminated within a year."),
    ("Any Chilean attack on ships will be answered", "It will answer if Chile attempts to attack any tanker."),
    ("Teacher charged with bombings", "The head of an Indonesian terrorist network was charged with bombing a hotel."),
    ("Cleric charged", "A cleric wanted in the United States was accused by police of encouraging others to murder."),
    ("Peru hunts kidnappers' leader", "It vows to track down the leader of a group that kidnapped two engineers."),
    ("Farmers killed", "Police killed three who came to protest U.S.-backed eradication, Peru said."),
    ("Peru bombs suspected rebel camp", "It has not said how many died."),
    ("Visit ends old dispute", "The Peruvian bombing is a thing of the past, an official said."),
    # Somebody else says it, or it is avowed, staged, made up.
    ("Militia leader killed in strike, Kenya says", "A minister claims Kenya killed him over a toll road."),
    ("Kenya calls in envoy of Chad over drone attack remarks", "An adviser seemed to link Chad to the attack."),
    ("Court finds Danish bombing of farm unlawful", "The Danish bombing killed eleven in 1999."),
    ("Editor thought dead gives interview", "The hoax laid open a killing ordered by Russian services, police said."),
    ("Police blame Iran for break-in at game maker's servers", "In its game two spies are told to kill a king."),
    ("Briefing: Peru denies role in pipeline blasts", "Also: rates rise, and China warns of a plot."),
    ("Retired spy before judge", "A Zambian intelligence officer of old, accused of building the bomb, came by plane."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary"), SILENT)
def test_what_nobody_alleges_is_not_told(title: str, summary: str) -> None:
    """In doubt there is no sentence."""
    assert plain_sentence(read_card(title, summary)) == ""


def test_what_is_called_a_plan_elsewhere_is_not_told_as_done() -> None:
    """The title says "kill", the text that it was stopped: nobody was killed."""
    text = "The high court sat for nine months.\n\nThe plan unravelled when a man they had hired went to the police."
    card = read_card("Peru accuses Chile of sending men to kill premier", "", text)
    assert "a planned assassination" in plain_sentence(card)


def test_spying_is_no_plan_for_what_was_done() -> None:
    """In other languages the stage is told where a word says it; who is watched meanwhile says nothing of it."""
    told = plain_sentence(read_card("Ausspähen, Sabotage: Chile führt in Peru einen Schattenkrieg", "", lang="de"))
    assert "alleged sabotage" in told
    assert "planned" not in told


OTHER_LANGUAGES = [
    ("de", "Sorge nach der Tötung von Hisbollah-Kommandeur", "Der Kommandeur der Hisbollah wurde vermutlich getötet."),
    ("de", "Drei Arbeiter an der Grenze getötet", "Bei einem Angriff aus Tschad wurden drei Arbeiter getötet."),
    ("de", "Extremisten verüben Anschlag", "Sie haben im Osten von Syrien Arbeiter ermordet."),
    ("de", "Tote nach russischem Angriff auf Mühle", ""),
    ("fr", "Le procès s'ouvre", "Jamais un Français n'avait été accusé d'avoir tué dans ce pays."),
    ("fr", "Mort d'un commandant du Hezbollah", "La mort du commandant du Hezbollah inquiète la région."),
    ("ru", "Режиссёр обвинил власти Чили в смерти танцовщицы", ""),
    ("ru", "Толпа перуанцев устроила самосуд над подозреваемыми в убийстве", ""),
    ("ru", "Дайджест: обвинения Перу в адрес Чили, годовщина взрывов, закрыты бары", ""),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "title", "summary"), OTHER_LANGUAGES)
def test_what_nobody_alleges_is_not_told_in_other_languages(lang: str, title: str, summary: str) -> None:
    """A victim's side, a place, a nationality and a death that somebody is blamed for make no sentence."""
    assert plain_sentence(read_card(title, summary, lang=lang)) == ""


WORDED = [
    # A plan that led to charges was not foiled for that; one that was stopped was.
    ("Denmark charges three in Iranian plot to kill exiled editor", "", "a planned assassination"),
    ("Police foil Iranian plot to kill exiled editor", "", "a foiled assassination plot"),
    ("Iranian plot to kill exiled editor thwarted, police say", "", "a foiled assassination plot"),
    ("Saudi hit squad was stopped on ferry, suit says", "It was sent to kill a defector.", "a foiled"),
    ("Failed bomb attack: Oslo police suspect Iran", "Police suspect that Iran is behind the failed bomb attack.",
     "an attempted bombing"),
    ("Flights disrupted as Iran continues attacks", "Police say Iran was behind a bombing in Oslo.", "a bombing"),
    ("Pensioner held over parcel bombs", "Officials said that Russian agents may have directed the parcel bombings.",
     "a bombing"),
    ("Second pensioner held over letter bombs in Oslo",
     "An officer said that Russian intelligence may have directed the bombings.", "a bombing"),
    # Shots that missed were fired: what failed is the killing.
    ("Man jailed after attempt to shoot exiled imam", "Police say Uzbekistan was behind the failed shooting in Malmo.",
     "an attempted killing"),
    ("Two charged with attempted murder of exiled printer", "Officials in Oslo say Chad was behind the poisoning.",
     "an attempted"),
    # A question stays one.
    ("Was Kenya behind drone attack on dairy in Chad?", "", "asks whether Kenya was behind"),
    ("It is unclear whether Chad attacked barracks in Kenya", "", "asks whether Chad was behind"),
    # Who asks why asks no longer whether.
    ("Why have Kenya and Chad bombed ten dairies?", "", "the allegation that Kenya and Chad were behind a bombing"),
    ("How Chad's spies poisoned a bishop: who paid?", "", "the allegation that Chad was behind a poisoning"),
    # Wanted is not done.
    ("Trader who hired killers for Saudi consul jailed", "He conspired with Iranian officials to have him murdered.",
     "a planned assassination"),
    ("Spy says he was sent", "Police say Peru sent him on the mission of assassinating the exile.",
     "a planned assassination"),
    # Two states that share a head.
    ("Cleric abducted in Milan", "Prosecutors say US and Italian agents abducted the exiled cleric.",
     "United States and Italy"),
    # Camps and bystanders are no targets.
    ("Peru says Chile bombed refugee camp", "", "a bombing"),
    ("Two came to kill exile", "Police say North Korea sent two who passed for defectors to murder him.",
     "assassination of a dissident"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary", "words"), WORDED)
def test_the_act_is_told_in_the_words_of_its_report(title: str, summary: str, words: str) -> None:
    """Foiled, planned, attempted, asked: as far as the report goes, and no further."""
    told = plain_sentence(read_card(title, summary))
    assert words in told
    assert "defector" not in told or "defector" in summary.split("kill")[-1]
    assert "refugee" not in told


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        ("Chile's president calls talk of a Peruvian role in the poisoning 'sheer nonsense'", "He rejects the theory."),
        ("President of Chile rejects theory that Peru poisoned exile", "He calls talk of a Peruvian plot nonsense."),
        ("Police allege Hezbollah was behind bombing in Lima; Hezbollah denies it", "Iran has said nothing."),
        ("Police: Iran plotted to kill exile", "Iran blames his group for a raid, an allegation the group rejects."),
        ("Official warns of Chinese attacks on power plants", "They may target political parties, he said."),
    ],
)  # fmt: skip
def test_nobody_denies_what_another_rejects(title: str, summary: str) -> None:
    """The sentence names as denying only the accused who is said to deny it."""
    told = plain_sentence(read_card(title, summary))
    assert "Peru denies" not in told
    assert "Iran denies" not in told
    assert "the accused deny" not in told or "Hezbollah" in told
    assert "China denies" not in told
