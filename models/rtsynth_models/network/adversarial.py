"""Go on training against discriminators, or, as a control, for as long without them.

Reconstruction goes on; beside the instruments themselves the adversary sees sounds between them, which
nothing else teaches.
"""

import time
from dataclasses import dataclass

import click
import torch
from torch import Tensor

from rtsynth_models.data.notes import Notes
from rtsynth_models.network.adversary import Discriminator, drawn_motion, hinge, real_motion, see, taken_for
from rtsynth_models.network.rounds import Round, play_round
from rtsynth_models.network.train import Training, check_losses, descend

GENERATOR_RATE, DISCRIMINATOR_RATE = 3e-4, 6e-4
HELD_BACK = 200  # steps in which only the discriminators learn
WEIGHT, CLASS_WEIGHT, MOTION_WEIGHT = 0.02, 0.01, 0.01
FARTHEST = 0.5  # share of the second instrument in a sound between two
REPORT_STEPS = 100


@dataclass
class Game:
    """Both sides, the notes they play about, and the divisors (instruments,) that pitches need."""

    training: Training
    discriminator: Discriminator
    optimiser: torch.optim.Optimizer
    notes: Notes
    divisors: Tensor


def begin_game(training: Training, notes: Notes) -> Game:
    """A fresh discriminator against a trained generator."""
    discriminator = Discriminator(training.model.config)
    optimiser = torch.optim.AdamW(discriminator.parameters(), lr=DISCRIMINATOR_RATE, betas=(0.5, 0.9))
    return Game(training, discriminator, optimiser, notes, torch.tensor(training.divisors).float())


def morph(game: Game, played: Round) -> Tensor:
    """The same notes somewhere between their instrument and another, (B, T, 2, O)."""
    model, note = game.training.model, played.batch.note
    other = model.mean[torch.randint(len(model.mean), (len(note),))]
    latent = torch.lerp(played.latent, other, FARTHEST * torch.rand(len(note), 1))
    said = model.describe(game.notes.pitch[note], game.notes.velocity[note], latent).note
    return model.generator(said.film, said.static, played.seconds)


def look(game: Game, frames: Tensor, played: Round) -> Tensor:
    """What the discriminator sees of frames of the round's notes."""
    pitch, divisor = game.notes.pitch[played.batch.note], game.divisors[played.instrument]
    return see(frames, pitch, divisor, game.training.model.config)


def judge(game: Game, played: Round, between: Tensor) -> Tensor:
    """What the discriminator minimises."""
    frames = (played.batch.frames, played.output.detach(), between.detach())
    true, fake, mixed = (game.discriminator(look(game, x, played)) for x in frames)
    cost = hinge(true.real, torch.cat([fake.real, mixed.real]))
    cost = cost + taken_for(true, game.notes.pitch[played.batch.note], played.instrument)
    moved = real_motion(game.notes.motion.of(played.batch.note))
    drawn = drawn_motion(played.motion).detach()
    return cost + hinge(game.discriminator.motion(moved), game.discriminator.motion(drawn))


def persuade(game: Game, played: Round, between: Tensor) -> Tensor:
    """What the generator minimises beside its reconstruction."""
    pitch = game.notes.pitch[played.batch.note]
    fake, mixed = (game.discriminator(look(game, x, played)) for x in (played.output, between))
    classes = taken_for(fake, pitch, played.instrument) + taken_for(mixed, pitch, None)
    moved = game.discriminator.motion(drawn_motion(played.motion)).mean()
    return CLASS_WEIGHT * classes - WEIGHT * (fake.real.mean() + mixed.real.mean()) - MOTION_WEIGHT * moved


def game_step(game: Game, index: Tensor, size: int, adversary: bool) -> dict[str, float]:
    """One step of both sides, or of the generator alone; returns the losses."""
    played, total = play_round(game.training.model, game.notes, index, size), torch.zeros(())
    losses = dict(played.losses)
    if adversary:
        between = morph(game, played)
        losses["judge"] = judge(game, played, between)
        game.optimiser.zero_grad()
        losses["judge"].backward()
        game.optimiser.step()
        if game.training.steps >= HELD_BACK:
            total = persuade(game, played, between)
    values = check_losses(losses, game.training.steps)
    descend(game.training, played.total + total)
    return values


def play(game: Game, total: int, size: int, adversary: bool, seed: int) -> None:
    """Play `total` steps, the learning rate falling to nothing. Weights are averaged anew."""
    index, recent, began = game.notes.chosen(held_out=False), [], time.monotonic()
    before, game.training.steps = game.training.steps, 0
    for begun in range(total):
        torch.manual_seed(seed + begun)
        for group in game.training.optimiser.param_groups:
            group["lr"] = GENERATOR_RATE * (1 - begun / total)
        recent.append(game_step(game, index, size, adversary))
        if len(recent) == REPORT_STEPS:
            game.training.losses = {name: sum(r[name] for r in recent) / len(recent) for name in recent[0]}
            found = " ".join(f"{name} {value:.4f}" for name, value in game.training.losses.items())
            click.echo(f"step {begun + 1}/{total} {found}")
            recent.clear()
    game.training.steps += before
    game.training.minutes += (time.monotonic() - began) / 60
