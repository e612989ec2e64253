"""Where speech and music are, by levels and probabilities of chunks."""

import numpy as np

from auscult.domain.recordings.voice import Span
from auscult.services.recordings.sound.stretches import CHUNK_MS, Heard, Stretches, stretches

SPEECH, MUSIC = 0.05, 0.04
NOISE = 0.012
CHUNKS = 600


def heard(*parts: tuple[int, int, float, float], noise: float = 0.0) -> Heard:
    """A channel: chunks from one to another with a level and a probability of speech, the rest with noise."""
    levels, probabilities = np.full(CHUNKS, noise, np.float32), np.zeros(CHUNKS, np.float32)
    for first, last, level, probability in parts:
        levels[first:last], probabilities[first:last] = level, probability
    return Heard(levels, probabilities)


def span(first: int, last: int) -> Span:
    """The time of chunks."""
    return Span(first * CHUNK_MS, last * CHUNK_MS)


def of(channel: Heard) -> Stretches:
    """The stretches of the only channel."""
    (found,) = stretches([channel])
    return found


def test_speech_is_as_long_as_its_sound() -> None:
    """The model is sure of it late, and goes on after it; a louder line changes nothing."""
    for noise in (0.0, NOISE):
        late = heard((100, 140, SPEECH, 0.2), (108, 140, SPEECH, 0.9), (140, 150, noise, 0.9), noise=noise)
        assert of(late) == Stretches([span(100, 140)], [])


def test_a_sound_that_went_on_before_is_no_speech() -> None:
    """Speech begins within music where the model hears it."""
    found = of(heard((100, 400, MUSIC, 0.0), (300, 340, SPEECH, 0.9)))
    assert found.speech == [span(300, 340)]
    assert found.loud == [span(100, 300), span(340, 400)]


def test_what_cannot_be_heard_is_no_speech() -> None:
    """Whatever the model takes it for."""
    assert of(heard((20, 60, SPEECH, 0.9), (100, 110, SPEECH / 50, 0.9))).speech == [span(20, 60)]


def test_noise_that_lasts_is_silence() -> None:
    """It is as loud as soft music, from start to end."""
    assert of(heard((100, 140, SPEECH, 0.9), noise=NOISE)) == Stretches([span(100, 140)], [])


def test_music_that_begins_like_speech_is_music() -> None:
    """Its first tenths of a second are no speech; a word before it is, where music is not one sound with it."""
    music = (100, 400, MUSIC, 0.0)
    assert of(heard(music, (20, 60, SPEECH, 0.9), (100, 108, MUSIC, 0.9))).speech == [span(20, 60)]
    assert of(heard(music, (20, 60, SPEECH, 0.9), (80, 92, SPEECH, 0.9))).speech == [span(20, 60), span(80, 92)]


def test_music_on_a_channel_without_speech_is_found() -> None:
    """Beside a channel with speech; what is far softer than it is no music."""
    speaking = heard((20, 60, SPEECH, 0.9))
    _, playing = stretches([speaking, heard((100, 400, MUSIC, 0.0))])
    assert playing == Stretches([], [span(100, 400)])
    _, humming = stretches([speaking, heard((100, 400, SPEECH / 20, 0.0))])
    assert humming == Stretches([], [])
