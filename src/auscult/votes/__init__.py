"""Votes: how the answer by words and the dialogue acts decide a question together, and how sure that is.

The weights are whole numbers in ``weights.json``, fitted by ``bench.acts.train``; they are multiplied with whole
numbers, so that an answer is the same alone, in any batch and on any machine.
"""

from auscult.votes.signs import Course, acts_of, course_of
from auscult.votes.voting import Vote, questions, revision, vote

__all__ = ["Course", "Vote", "acts_of", "course_of", "questions", "revision", "vote"]
