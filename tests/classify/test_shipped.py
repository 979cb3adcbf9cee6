"""What is shipped can be rebuilt: seeds from the articles, the cold model from what is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.classify import seeds
from monitor.classify.contrast import look_alikes
from monitor.classify.features import Features, read
from monitor.classify.model import Model
from monitor.classify.modelstore import cold_model
from monitor.classify.sequences import DATA, background_counts, count_sequence, sequence_of, template_counts
from monitor.errors import InputError
from monitor.learn.cold import cold_bytes
from monitor.text import mask


@pytest.mark.shared
def test_seeds_are_counted_from_the_articles(shared: Path) -> None:
    """The shipped file is what the pipeline makes of the four articles today (else: tools/make_classifier_data.py)."""
    assert seeds.seed_bytes(seeds.build(shared / "seeds")) == seeds.SHIPPED.read_bytes()


def test_no_wording_of_the_articles_is_shipped() -> None:
    """Single words, and pairs of which one is a mask: no sentence can be pieced together."""
    terms = [term for seed in seeds.load_seeds() for passage in seed.passages for term in passage.counts[0]]
    assert all(term.count(" ") == 0 or (term.count(" ") == 1 and "#" in term) for term in terms)
    assert all(list(p.counts[0]) == sorted(p.counts[0]) for seed in seeds.load_seeds() for p in seed.passages)


def test_the_cold_model_is_what_training_makes_of_the_shipped_data() -> None:
    """The same data, the same model (else: tools/make_classifier_data.py); another machine's last digits may differ."""
    trained, shipped = Model.from_bytes(cold_bytes()).data, cold_model().data
    assert (trained.card, trained.threshold, trained.examples) == (shipped.card, shipped.threshold, shipped.examples)
    assert trained.bias == pytest.approx(shipped.bias, abs=1e-4)
    for one, other in zip(trained.views, shipped.views, strict=True):
        assert one.terms.keys() == other.terms.keys()
        assert all(one.terms[t] == pytest.approx(other.terms[t], abs=1e-4) for t in one.terms)


def test_page_furniture_is_no_feature() -> None:
    """Navigation, newsletter lines and legal footers around the articles leave no term."""
    terms = {term for seed in seeds.load_seeds() for p in seed.passages for term in p.counts[0]}
    assert not terms & {"accessibility", "newsletter", "undesirable", "click", "carbonatix", "article"}


def test_every_seed_is_cited_and_has_passages() -> None:
    """Four articles, each with its title, outlet and date."""
    shipped = seeds.load_seeds()
    assert len(shipped) == 4
    assert all(seed.title and seed.outlet and seed.published and len(seed.passages) >= 5 for seed in shipped)


def test_a_sequence_counts_as_its_text() -> None:
    """What the shipped background keeps of an entry gives the same concepts and patterns as the entry."""
    text = (
        "Iranian agents charged over plot to kidnap journalist",
        "Police in Berlin say they were hired. Tehran denies it.",
    )
    line = sequence_of(read(*text, lang="en"))
    assert line == "STATE AGENT CHARGE PLOT ABDUCT JOURNALIST / POLICE CAPITAL~ HIRE / CAPITAL DENY"
    counted = count_sequence([part.split() for part in line.split("/")])
    assert counted[1:] == Features().counts(*text, lang="en")[1:]


def test_templates_hold_concepts_only_and_use_every_choice() -> None:
    """A prior of kinds: no word, no name; and every kind of act and target occurs."""
    found = {term for _, concepts, _ in template_counts() for term in concepts if " " not in term}
    assert found <= set(mask.concept_kinds())
    assert {"POISON", "ABDUCT", "ARSON", "DISSIDENT", "EMBASSY", "JEWISH", "EXPEL", "SANCTION"} <= found


def test_the_background_holds_no_words() -> None:
    """Known concepts, "~" and "/" and nothing else."""
    assert sum(n for _, n in background_counts()) > 15_000
    allowed = set(mask.concept_kinds()) | {"/"}
    for line in (DATA / "background.txt").read_text(encoding="utf-8").splitlines():
        n, _, sequence = line.partition("\t")
        assert line.startswith("#") or (n.isdigit() and {name.rstrip("~") for name in sequence.split()} <= allowed)


def test_look_alikes_cover_every_category_and_language() -> None:
    """Contrast of every kind, in every language of the lexicon."""
    found = look_alikes()
    assert {item.category for item in found} == {f"N{i}" for i in range(1, 9)}
    assert {item.lang for item in found} == {"en", "es", "fr", "de", "tr", "ru", "ar", "fa", "he"}
    assert len({item.title for item in found}) == len(found) >= 200


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    """One clear line, no empty seed file."""
    with pytest.raises(InputError, match=r"no \.txt article"):
        seeds.build(tmp_path)
    (tmp_path / "short.txt").write_text("Too short.", encoding="utf-8")
    with pytest.raises(InputError, match=r"no paragraph"):
        seeds.build(tmp_path)


def test_a_damaged_seed_file_is_an_error(tmp_path: Path) -> None:
    """Neither a cut file nor another version's is trained on."""
    path = tmp_path / "seeds.json"
    path.write_bytes(seeds.SHIPPED.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a seed file"):
        seeds.load_seeds(path)
    path.write_bytes(seeds.SHIPPED.read_bytes().replace(b'"features_version": 1', b'"features_version": 0'))
    with pytest.raises(InputError, match="another version"):
        seeds.load_seeds(path)
