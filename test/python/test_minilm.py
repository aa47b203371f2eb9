"""danaus.minilm: the NumPy encoder understands sentences, and its parts are the functions that they say."""
import math
import unittest

import numpy as np

from danaus import minilm

PAIRS = [  # (sentence, paraphrase, unrelated)
    ("Copper conducts electricity well.", "Electric current flows easily through copper.", "The choir sang in the garden."),
    ("The train was late because of a fallen tree.", "A tree on the line delayed the train.", "Bread rises thanks to yeast."),
    ("Octopuses have three hearts.", "An octopus has more than one heart.", "The parliament voted on the budget."),
]


class FunctionsTest(unittest.TestCase):
    def test_erf_is_right_to_1e_7(self):
        x = np.linspace(-7, 7, 20001)
        wanted = np.array([math.erf(value) for value in x])
        self.assertLess(np.abs(minilm.erf(x) - wanted).max(), 1e-7)

    def test_gelu_keeps_float32(self):
        y = minilm.gelu(np.array([-10, 0, 1, 10], np.float32))
        self.assertEqual(y.dtype, np.float32)
        np.testing.assert_allclose(y, [0, 0, 0.8413447, 10], atol=1e-6)

    def test_missing_package_says_what_to_install(self):
        with self.assertRaisesRegex(minilm.ModelError, "no package 'no_such_model': install python/requirements-demo.txt"):
            minilm.find_model("no_such_model")

    def test_package_without_files_names_the_file(self):
        with self.assertRaisesRegex(minilm.ModelError, "package 'json': wanted the file .*config.json, found none"):
            minilm.find_model("json")


class EncoderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = minilm.MiniLM(minilm.find_model())

    def test_paraphrases_are_nearer_than_unrelated_sentences(self):
        for triple in PAIRS:
            sentence, paraphrase, unrelated = self.model.embed_sentences(triple)
            self.assertGreater(sentence @ paraphrase, 0.6)
            self.assertLess(sentence @ unrelated, 0.3)

    def test_captures_the_inputs_of_all_36_layers(self):
        captured, embeddings = self.model.capture_inputs(["A good map leaves out more than it shows."])
        layers = {layer.name: layer for layer in self.model.linears()}
        self.assertEqual(len(layers), 36)
        self.assertEqual(list(captured), list(layers))
        self.assertEqual(embeddings.shape, (1, 384))
        self.assertAlmostEqual(float(np.linalg.norm(embeddings)), 1, places=5)
        for name, layer in layers.items():
            x = captured[name]
            self.assertEqual((x.dtype, x.shape[1]), (np.float32, layer.weight.shape[1]))
            self.assertEqual(layer.bias.shape, layer.weight.shape[:1])
        # What goes up comes down: GELU of the one layer is the input of the next.
        up = layers["layer0.up"]
        inner = minilm.gelu(captured["layer0.up"] @ up.weight.T + up.bias)
        np.testing.assert_allclose(inner, captured["layer0.down"], atol=1e-5)
        # One token attends to itself alone, so its values are the input of the output projection.
        captured = {}
        self.model.encode_tokens([101], captured.__setitem__)
        v = layers["layer3.v"]
        np.testing.assert_allclose(captured["layer3.v"] @ v.weight.T + v.bias, captured["layer3.o"], atol=1e-5)


if __name__ == "__main__":
    unittest.main()
