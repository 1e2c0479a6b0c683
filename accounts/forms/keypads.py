"""Attributes that set a keypad's input mode: kana, letters or digits.

Three generations of handsets read three different attributes: docomo's and au's `istyle`,
SoftBank's `mode`, today's browsers' `inputmode` and `autocapitalize`.
"""

KANA = {"istyle": "1", "mode": "hiragana"}
DIGITS = {"istyle": "4", "mode": "numeric", "inputmode": "numeric"}
NAME = {"istyle": "3", "mode": "alphabet", "autocapitalize": "none"}  # behind the @
