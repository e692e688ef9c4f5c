"""What torchaudio and torch say of sounds: writes audio.json, which tests/audio/*.test.ts read.

    python3 tests/golden/audio.py

Python 3 with torch and torchaudio (0.13). librosa's definitions are written out in numpy from its documentation: the
short-time Fourier transform with zeros around, Slaney's scale and norm. Made in float64.
"""
import json
from pathlib import Path

import numpy as np
import torch
import torchaudio
from torchaudio import functional as F
from torchaudio import transforms as T

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def rounded(tensor):
    return [float(f"{v:.6g}") for v in torch.as_tensor(tensor).detach().flatten().tolist()]


rate = 8000
time = torch.arange(700) / rate
x = torch.stack([0.5 * torch.sin(2 * np.pi * 440 * time) + 0.2 * torch.sin(2 * np.pi * 1800 * time * (1 + time)),
                 0.1 * torch.randn(700)])
x = torch.tensor(rounded(x)).reshape(2, 700)


def frames(tensor):  # torchaudio has time last
    tensor = tensor.transpose(-1, -2)
    return {"shape": list(tensor.shape), "values": rounded(tensor)}


out = {"x": {"shape": [2, 700], "values": rounded(x)}}
out["spectrogram"] = [
    {"options": {"size": 256, "windowLength": 200, "hop": 200}, **frames(T.Spectrogram(n_fft=256, win_length=200, hop_length=200)(x))},
    {"options": {"size": 200, "hop": 150, "center": False, "power": 1},
     **frames(T.Spectrogram(n_fft=200, hop_length=150, center=False, power=1)(x))},
    {"options": {"size": 128, "hop": 200, "window": "hamming", "normalized": True},
     **frames(T.Spectrogram(n_fft=128, hop_length=200, window_fn=torch.hamming_window, normalized=True)(x))},
    {"options": {"size": 129, "hop": 200, "window": "blackman", "periodic": False, "padding": "zeros"},
     **frames(T.Spectrogram(n_fft=129, hop_length=200, window_fn=torch.blackman_window, wkwargs={"periodic": False},
                            pad_mode="constant")(x))},
]
complexes = torch.stft(x, 128, 175, window=torch.hann_window(128), return_complex=True).transpose(-1, -2)
out["stft"] = {"options": {"size": 128, "hop": 175}, "shape": list(complexes.shape),
               "real": rounded(complexes.real), "imaginary": rounded(complexes.imag)}
out["filters"] = [
    {"size": 256, "options": {"rate": 8000, "mels": 20, **own},
     "values": rounded(F.melscale_fbanks(129, low, high, 20, 8000, norm, scale))}
    for own, low, high, norm, scale in [
        ({}, 0.0, 4000.0, None, "htk"),
        ({"low": 60, "high": 3800, "norm": "slaney"}, 60.0, 3800.0, "slaney", "htk"),
        ({"scale": "slaney", "norm": "slaney"}, 0.0, 4000.0, "slaney", "slaney"),
    ]]
mel = T.MelSpectrogram(sample_rate=rate, n_fft=256, win_length=200, hop_length=100, n_mels=24, power=2)(x)
out["mel"] = {"options": {"rate": rate, "size": 256, "windowLength": 200, "hop": 100, "mels": 24}, **frames(mel)}
decibels = torch.stack([T.AmplitudeToDB("power", 30)(m) for m in mel])
out["decibels"] = frames(decibels)
out["deltas"] = [{"width": w, **frames(F.compute_deltas(decibels, w))} for w in (3, 5, 9)]
out["mfcc"] = [
    {"options": {"rate": rate, "size": 256, "hop": 100, "coefficients": 13, "mels": 24, **own},
     **frames(torch.stack([T.MFCC(sample_rate=rate, n_mfcc=13, log_mels=natural,
                                  melkwargs={"n_fft": 256, "hop_length": 100, "n_mels": 24})(one) for one in x]))}
    for natural, own in [(False, {}), (True, {"log": "natural"})]]

# librosa: centred, zeros around; mels of Slaney's scale and norm.
size, hop, mels = 256, 175, 20
padded = np.pad(x.numpy(), [(0, 0), (size // 2, size // 2)])
window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
count = 1 + (padded.shape[1] - size) // hop
spectrum = np.stack([np.abs(np.fft.rfft(padded[:, t * hop:t * hop + size] * window)) ** 2 for t in range(count)], 1)
linear = 200 / 3


def to_mel(f):
    return f / linear if f < 1000 else 15 + np.log(f / 1000) / (np.log(6.4) / 27)


def to_hertz(m):
    return linear * m if m < 15 else 1000 * np.exp(np.log(6.4) / 27 * (m - 15))


corners = np.array([to_hertz(m) for m in np.linspace(to_mel(0), to_mel(rate / 2), mels + 2)])
bins = np.fft.rfftfreq(size, 1 / rate)
ramps = corners[:, None] - bins[None]
weights = np.maximum(0, np.minimum(-ramps[:-2] / np.diff(corners)[:-1, None], ramps[2:] / np.diff(corners)[1:, None]))
weights *= (2 / (corners[2:] - corners[:-2]))[:, None]
librosa = spectrum @ weights.T
out["librosa"] = {"options": {"rate": rate, "size": size, "hop": hop, "mels": mels, "padding": "zeros",
                              "scale": "slaney", "norm": "slaney"},
                  "shape": list(librosa.shape), "values": rounded(librosa)}

sound = x[0, :300]
out["resample"] = [
    {"from": a, "to": b, "options": own, "values": rounded(F.resample(sound, a, b, **theirs))}
    for a, b, own, theirs in [
        (8000, 16000, {}, {}), (16000, 8000, {}, {}), (44100, 16000, {}, {}), (8000, 8613, {}, {}), (22050, 8000, {}, {}),
        (16000, 6000, {"width": 16, "rolloff": 0.9}, {"lowpass_filter_width": 16, "rolloff": 0.9}),
        (8000, 11025, {"window": "kaiser"}, {"resampling_method": "kaiser_window"}),
        (8000, 5000, {"window": "kaiser", "beta": 8}, {"resampling_method": "kaiser_window", "beta": 8.0}),
    ]]
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
