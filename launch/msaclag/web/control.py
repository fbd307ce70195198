"""The buttons. Each browser has its own, and only behind the token: what another presses is not for it."""

from collections import deque
from collections.abc import Callable
from datetime import datetime

import viser

from msaclag.web import words
from msaclag.web.calls import SERVICES, Calls, Request
from msaclag.web.token import VARIABLE, Gate

REMEMBERED = 6
"""Answers that are listed."""

DISCLAIMER = (
    "These buttons work through software and a network. They replace no hardware emergency stop: keep it within reach."
)
READ_ONLY = (
    f"Read-only: started without a token. With --token-file FILE, or {VARIABLE} in its environment, whoever knows the "
    "token can stop and acknowledge from here."
)

_BUTTONS: dict[str, tuple[str, viser.IconName, str]] = {
    "soft_stop": ("Soft stop", viser.Icon.HAND_STOP, "orange"),
    "acknowledge": ("Acknowledge: I have looked", viser.Icon.EYE_CHECK, "green"),
    "refilled": ("Mug is refilled", viser.Icon.MUG, "blue"),
    "save_checkpoint": ("Save checkpoint", viser.Icon.DEVICE_FLOPPY, "gray"),
}
_HINTS = {
    "soft_stop": "Ends the episode or the reset; the arm comes to rest. The learner asks for the next one.",
    "acknowledge": "You have looked at the arm and the table, and it is safe to go on: the arm may move.",
    "refilled": "The mug is full again; says nothing else.",
    "save_checkpoint": "The learner writes its checkpoint now.",
}


class Control:
    """Gives each browser that connects its panel."""

    def __init__(
        self, server: viser.ViserServer, calls: Calls, token: str, place: Callable[[viser.PanelHandle], None]
    ) -> None:
        """Wait for browsers.

        Args:
            server: where they come.
            calls: what carries out.
            token: that opens the buttons; empty for a console that only shows.
            place: puts a browser's panel where it belongs.
        """
        self._calls, self._gate, self._place = calls, Gate(token), place
        self._controllable = bool(token)
        self._answers: deque[str] = deque(maxlen=REMEMBERED)
        self._lists: dict[int, viser.GuiHtmlHandle] = {}
        server.on_client_connect(self._came)
        server.on_client_disconnect(self._went)

    def _came(self, client: viser.ClientHandle) -> None:
        panel = client.gui.add_panel()
        with panel.add_tab("Control", viser.Icon.HAND_STOP) as tab:
            client.gui.add_html(words.warning(DISCLAIMER))
            if not self._controllable:
                client.gui.add_html(words.note(READ_ONLY))
            else:
                self._ask_for_token(client, tab)
        self._place(panel)

    def _went(self, client: viser.ClientHandle) -> None:
        self._lists.pop(client.client_id, None)

    def _ask_for_token(self, client: viser.ClientHandle, tab: viser.GuiTabHandle) -> None:
        with client.gui.add_form(None) as form:
            field = client.gui.add_text(
                "Token", "", hint="As in the file or variable that the console was started with."
            )
            client.gui.add_button("Take control", icon=viser.Icon.KEY).on_click(lambda _: form.submit())
        said = client.gui.add_html(words.note("Read-only until the token is given."))

        @form.on_submit
        def _(_: object) -> None:
            given = field.value
            field.value = ""  # type: ignore[misc]
            if self._gate.opens(given):
                form.remove()
                said.remove()
                self._add_buttons(client, tab)
            else:
                said.content = words.note("That is not the token: still read-only.")

    def _add_buttons(self, client: viser.ClientHandle, tab: viser.GuiTabHandle) -> None:
        with tab:
            for service in SERVICES:
                label, icon, colour = _BUTTONS[service]
                button = client.gui.add_button(label, icon=icon, color=colour, hint=_HINTS[service])  # type: ignore[arg-type]
                button.on_click(self._presser(service))
            self._lists[client.client_id] = client.gui.add_html(words.log(self._answers))

    def _presser(self, service: str) -> Callable[[object], None]:
        return lambda _: self._calls.request(Request(service, lambda did, said: self._note(service, did, said)))

    def _note(self, service: str, did: bool, said: str) -> None:
        refused = "" if did else "refused: "
        self._answers.appendleft(
            f"{datetime.now():%H:%M:%S}  {_BUTTONS[service][0].partition(':')[0]}: {refused}{said}"
        )
        for handle in list(self._lists.values()):
            handle.content = words.log(self._answers)
