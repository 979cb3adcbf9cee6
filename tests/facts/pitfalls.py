"""A hundred invented lines in which a careless reader blames the wrong state or takes a wrong legal step.

A line is `expected | title | summary`. Expected: the accused states (`-` for none), then optional `key=value` words:
legal, stage, n (arrested), denial (yes or no), country; `-` for empty.
"""

from __future__ import annotations

LINES = """
- | Wife of Lithuanian spy chief poisoned, ministry says |
- | Daughter of Omani general shot dead in Muscat |
- | Bodyguard of Chadian president killed in ambush |
- | Son of Peruvian minister kidnapped in Lima |
- | Finland halts plot to kill exiled poet on its soil | stage=foiled
- | Kenya foils bomb plot against embassy | stage=foiled
- | Norwegian police stop plot to abduct blogger | stage=foiled
- | Ghana says it thwarted coup plot |
- | Chilean intelligence disrupts plot to kill judge |
- | Zambia warns of attacks on churches |
- | Two arrested over plot to attack Omani embassy in Lisbon | n=2 legal=arrested country=PT
- | Bomb found at Chadian consulate in Marseille |
- | Shooting outside Peruvian mission in Geneva wounds guard |
- | Gunmen storm Kenyan base near border |
- | Omani tanker hit by blast off coast |
- | Danish tourist stabbed in Athens |
- | American student kidnapped in Lagos |
- | Three Norwegians held over stabbing in Malaga |
- | Chadian charged with murder of shopkeeper | legal=charged
- | Iranian arrested in Hamburg over knife attack | legal=arrested
- | Russian man jailed for arson at warehouse | legal=convicted
- | Belarusian national accused of bank robbery |
- | Rwandan refugee found dead in Maputo |
- | Exiled Chadian writer shot in Cotonou |
- | Pro-Russian group claims sabotage of cable |
- | Pro-Iranian hackers blamed for leak |
- | Anti-Belarus protesters attacked in Riga |
- | Pro-Rwandan militia kills five |
- | Iraq-based group blamed for drone strike |
- | London-based exile poisoned |
- | Moscow-born man charged with arson | legal=charged
- | Man denied bail over fears he could flee to Russia |
- | Suspect in editor's murder fled to Belarus |
- | Killer of banker believed to be hiding in Iran |
- | Exile shot dead in revenge for strike blamed on Oman |
- | Bomb attack was retaliation for Chadian raid |
- | Hezbollah accused of plot to bomb hotel |
- | Islamic State behind bombing in Mombasa |
- | Drug cartel blamed for kidnapping of Canadians in Mexico |
- | No evidence of Russian involvement in fire, police say |
- | Arson not linked to Iran, prosecutor says |
- | Blast was not caused by Belarus, inquiry finds |
- | Police rule out Chadian role in killing |
- | Film about Iranian plot to kill poet wins award of novel prize |
- | Antisemitic leaflet says Israel was behind plague |
- | Hoax letter accuses Russia of poisoning wells |
- | China accuses committee of failure over bomb search |
- | Families accuse Britain of ignoring warnings before attack |
- | Oman asks Kenya to extradite bomb suspect |
- | US offers reward for kidnapped engineer |
- | Peruvian court opens inquest into pilot's death |
- | Russian opposition politician survives shooting |
- | Iranian journalist says she was followed |
- | Kremlin critic found hanged in Riga |
- | Tehran hosts talks on attack on pipeline |
- | Moscow calls UN meeting on explosion |
- | New York Times: group plotted attack on pipeline |
IR | Denmark warns Iran over plot to kill editor |
IR | Norway summons Iranian ambassador over plot to kill poet |
RU | Estonia expels two Russian diplomats over arson at depot |
BY | Lithuania says Belarus ordered the killing |
BY | Killing of trader was ordered from Minsk, police say |
BY | Exile's murder was hired out by Belarusian agents, court hears |
RU | Fire at depot was the work of Russian intelligence, minister says |
RU | Czech spy agency links Russia to depot blast |
RU | Warehouse burned down for Russia, jury told as three found guilty | legal=convicted stage=executed
IR | Tehran-backed gang planned to kill editor, police say |
IR | Iran-linked plot to kidnap writer foiled | stage=foiled
RW | Rwanda denies part in killing of general | denial=yes
RW | Kigali denies any role in the poisoning | denial=yes
IR | Iran says it has nothing to do with the bombing | denial=yes
UA | Russia's FSB says it foiled a 'terrorist plot' by Ukraine to blow up bridge |
IL | Iran blames Israel for killing of engineer |
US | Moscow accuses Washington of sabotage of pipeline |
IN | Canada suspects India of ordering the shooting |
SA | Turkey says Saudi officials ordered the killing of columnist |
IR | Three Iranian agents charged over plot to bomb rally | legal=charged
RU | Two Russian officers convicted of poisoning in absentia | legal=convicted
BY | Man accused of spying for Belarus planned attack on exile |
RW | Exile was lured to airport and abducted by Rwanda |
- | Exiled reporter could not finish a sentence after meal, doctors say poison | legal=-
- | Man charged with plot faces up to ten years in jail | legal=charged
- | Six jailed pending trial over plot to kill trader | legal=arrested
- | Police have made no arrests over shooting of exile | legal=- n=-
- | Officer in charge of case says exile was poisoned | legal=-
- | No suspects in custody after exile shot dead | legal=- n=-
- | Police may soon arrest two men over killing | legal=- n=-
- | Parcel exploded after flight was held up | legal=-
- | Kidnapped and jailed writer to be set free | legal=-
- | Reward offered for information leading to arrests over abduction | legal=-
- | Prosecutors seek life sentence for plotter |
- | Killers of exile could be jailed for life | legal=-
- | Judge in Salisbury case takes charge | legal=-
- | THIRTY-THREE HELD AFTER PLOT AGAINST RALLY | n=-
- | Unit 18 men arrested two suspects over bombing | n=2
- | Police arrest three men and three others flee after bombing | n=3
- | Leader rejected offers to leave after five attempts on his life | denial=no
- | Minister declined to comment on plot to kill exile | denial=no
- | Judge denied bail to man accused of plot | denial=no
- | Exile refused visa before plot to kill him emerged | denial=no
- | Accused pleaded not guilty to plot to kill exile | denial=yes
- | Envoy dismissed from post after bombing | denial=no
"""


def pitfalls() -> list[tuple[list[str], str, dict[str, str]]]:
    """Return (accused states, title, other fields expected)."""
    rows = []
    for line in LINES.strip().splitlines():
        states, title, rest = (part.strip() for part in line.split("|", 2))
        others = dict(word.split("=", 1) for word in rest.split())
        rows.append(([] if states == "-" else states.split(","), title, others))
    return rows
