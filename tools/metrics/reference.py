"""The four metrics as published with the Surge XT benchmark (arXiv 2506.07199), for float32 sounds of shape
(2, samples) at 44.1 kHz, out of librosa 0.10, dtw-python and NumPy. `wmfcc` calls dtw-python the fast way:
SciPy's "cityblock", divided by the count of coefficients, is the mean absolute difference.
"""
import dtw
import librosa
import numpy as np

RATE = 44100
SCALES = [(441, 220, 32), (1102, 441, 64), (4410, 2205, 128)]  # window, hop, mels
WINDOW = 2205


def mel_spectra(sound):
    return [librosa.power_to_db(librosa.feature.melspectrogram(y=sound, sr=RATE, n_fft=window, hop_length=hop,
                                                               n_mels=mels, pad_mode="constant"), ref=np.max)
            for window, hop, mels in SCALES]


def mss(a, b):
    pairs = zip(mel_spectra(a), mel_spectra(b))
    return float(np.mean([np.mean(np.abs(p.astype(np.float64) - q)) for p, q in pairs]))


def mfcc(sound):
    """40 x frames: 20 coefficients of the left channel, then of the right."""
    both = librosa.feature.mfcc(y=sound, sr=RATE, n_mfcc=20, n_fft=WINDOW, hop_length=441, n_mels=128)
    return both.reshape(-1, both.shape[-1])


def wmfcc(a, b):
    rows, columns = mfcc(a).T, mfcc(b).T
    values = 1 if len(rows) == len(columns) == 1 else rows.shape[1]  # dtw turns one row into one column
    return float(dtw.dtw(rows, columns, dist_method="cityblock", distance_only=True).normalizedDistance / values)


def cumulated_mass(sound):
    """frames x bins."""
    magnitudes = np.abs(librosa.stft(sound.mean(axis=0), n_fft=WINDOW, hop_length=882)).T
    return np.cumsum(magnitudes / np.maximum(magnitudes.sum(axis=-1, keepdims=True), 1e-6), axis=-1)


def sot(a, b):
    return float(np.mean(np.mean(np.abs(cumulated_mass(a) - cumulated_mass(b)), axis=-1)))


def envelope(sound):
    return librosa.feature.rms(y=sound.mean(axis=0), frame_length=WINDOW, hop_length=1102)[0]


def rms(a, b):
    """NaN where a sound is silent."""
    p, q = envelope(a), envelope(b)
    with np.errstate(invalid="ignore"):
        return float(np.dot(p, q) / (np.linalg.norm(p) * np.linalg.norm(q)))
