"""The page: one viser server, its panels, and what is drawn how often."""

import io
from contextlib import redirect_stdout

import viser

from msaclag.web import words
from msaclag.web.calls import Calls
from msaclag.web.control import Control
from msaclag.web.heard import Heard
from msaclag.web.margins import margins
from msaclag.web.picture import Picture
from msaclag.web.plots import Plots
from msaclag.web.standing import standing
from msaclag.web.surroundings import Surroundings
from msaclag_ros.settings import SettingError
from sim_bridge.mirror import Mirror

HOST = "127.0.0.1"
WORDS, CURVES = 0.5, 1.0
"""s between two looks at the panels, and at the curves; the scene moves with every `show`."""
LEFT, RIGHT = 370, 400
"""Pixels."""
FLOOR = (55, 58, 64)


class _LocalServer(viser.ViserServer):
    """Not to be had from elsewhere, whatever a page asks for."""

    def request_share_url(self, verbose: bool = True) -> None:
        """Offer no tunnel."""


class Page:
    """What browsers see."""

    def __init__(self, port: int, calls: Calls, token: str) -> None:
        """Serve on this machine alone.

        Raises:
            SettingError: the port is taken.
        """
        with redirect_stdout(io.StringIO()):
            self._server = _LocalServer(host=HOST, port=port, label="msaclag console", verbose=False)
        if self._server.get_port() != port:
            self._server.stop()
            raise SettingError(f"port {port} of this machine is taken, by another console perhaps: name another --port")
        self._mirror: Mirror | None = None
        self._picture: Picture | None = None
        self._around: Surroundings | None = None
        self._due = {"words": 0.0, "curves": 0.0}
        self._set_up(self._server)
        self._control = Control(self._server, calls, token, lambda panel: panel.dock_below(self._server.gui.main_panel))

    @property
    def watched(self) -> bool:
        """Whether any browser looks."""
        return bool(self._server.get_clients())

    def show(self, heard: Heard, around: Surroundings | None, namespace: str, domain: int, now: float) -> None:
        """Bring the page up to date, each part as often as it is due; nothing where nobody looks."""
        if around is not None and around is not self._around:
            self._draw_anew(around)
        if not self.watched:
            return
        with self._server.atomic():
            if self._picture is not None:
                self._picture.show(heard)
            if self._is_due("words", WORDS, now):
                self._show_words(heard, namespace, domain, now)
            if self._is_due("curves", CURVES, now):
                self._plots.show_learning(heard)
                self._plots.show_motion(heard, now)

    def close(self) -> None:
        """Serve no more."""
        self._server.stop()
        if self._mirror is not None:
            self._mirror.close()

    def _set_up(self, server: viser.ViserServer) -> None:
        gui, scene = server.gui, server.scene
        gui.configure_theme(dark_mode=True, show_logo=False, show_share_button=False)
        scene.set_up_direction("+z")
        scene.world_axes.visible = False
        scene.configure_default_lights(cast_shadow=False)
        server.initial_camera.position = (1.35, -0.95, 0.8)
        server.initial_camera.look_at = (0.4, -0.08, 0.26)
        scene.add_grid("/grid", 4, 4, cell_size=0.25, position=(0, 0, -0.041), cell_color=FLOOR, section_color=FLOOR)
        gui.main_panel.dock_left()
        gui.main_panel.set_width(LEFT)
        self._banner = gui.add_html("")
        with gui.add_folder("Room before each constraint"):
            self._bars = gui.add_html("")
        self._facts = gui.add_html("")
        self._plots = Plots(gui)
        right = gui.add_panel()
        right.dock_right()
        right.set_width(RIGHT)
        with right.add_tab("Learning", viser.Icon.CHART_LINE):
            self._plots.add_learning()
        with right.add_tab("Motion", viser.Icon.WAVE_SINE):
            self._plots.add_motion()
        with right.add_tab("Episodes", viser.Icon.LIST):
            self._episodes = gui.add_html("")
        with right.add_tab("Nodes", viser.Icon.ACTIVITY):
            self._topics = gui.add_html("")
            gui.add_divider()
            self._nodes = gui.add_html("")

    def _draw_anew(self, around: Surroundings) -> None:
        self._around = around
        if self._mirror is not None:
            self._mirror.close()
        self._mirror = Mirror(around.scene)
        self._picture = Picture(self._server.scene, around)

    def _show_words(self, heard: Heard, namespace: str, domain: int, now: float) -> None:
        self._banner.content = words.banner(standing(heard, namespace, domain, now))
        self._facts.content = words.facts(heard, self._around)
        left = [] if self._around is None or self._mirror is None else margins(heard, self._around, self._mirror)
        self._bars.content = words.bars(left)
        self._episodes.content = words.episodes(heard)
        self._topics.content = words.topics(heard, now)
        self._nodes.content = words.nodes(heard, now)

    def _is_due(self, name: str, period: float, now: float) -> bool:
        if now < self._due[name]:
            return False
        self._due[name] = now + period
        return True
