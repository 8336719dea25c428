"""Texts to numbers, under Keras's older names."""

from kerata.preprocessing.tokenizer import Tokenizer, tokenizer_from_json
from kerata.preprocessing.words import hashing_trick, one_hot, text_to_word_sequence

__all__ = [
    "Tokenizer",
    "hashing_trick",
    "one_hot",
    "text_to_word_sequence",
    "tokenizer_from_json",
]
