"""What NLTK says of BLEU: writes bleu.json, which tests/tasks/captions/bleu.test.ts reads.

    python3 tests/golden/bleu.py        (needs nltk)

Without smoothing, over whole sets; where a precision is 0, or a sentence has fewer than four words, NLTK says something else.
"""
import json
import random
from pathlib import Path

from nltk.translate.bleu_score import corpus_bleu

random.seed(0)
words = "a red dog runs on green grass with the ball".split()
cases = []
while len(cases) < 40:
    def sentence():
        start = random.randrange(5)
        return [random.choice(words) if random.random() < 0.3 else words[(start + i) % len(words)] for i in range(random.randint(4, 12))]

    answers = [sentence() for _ in range(random.randint(1, 6))]
    references = [[sentence() for _ in range(random.randint(1, 5))] for _ in answers]
    scores = [corpus_bleu(references, answers, weights=[1 / n] * n) for n in (1, 2, 3, 4)]
    if min(scores) > 1e-3:
        cases.append({"answers": answers, "references": references, "bleu": scores})

Path(__file__).with_suffix(".json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
