"""Drives a Firefox that was started with --marionette: a command a line on standard input, an answer a line.

    {"do": "open", "url": "http://localhost:4000/"}
    {"do": "script", "script": "return await …", "args": […], "chrome": false}
    {"do": "click", "xpath": "//button"}    {"do": "type", "xpath": "//input", "text": "…"}

Answers are {"value": …} or {"error": "…"}. It ends with its input.
"""

import json
import sys

from marionette_driver.by import By
from marionette_driver.errors import MarionetteException
from marionette_driver.marionette import Marionette

SECONDS = 30


def obey(firefox, command):
    match command["do"]:
        case "open":
            return firefox.navigate(command["url"])
        case "script":
            context = firefox.CONTEXT_CHROME if command.get("chrome") else firefox.CONTEXT_CONTENT
            with firefox.using_context(context):
                return firefox.execute_script(command["script"], command.get("args", []), sandbox=None)
        case "click":
            return firefox.find_element(By.XPATH, command["xpath"]).click()
        case "type":
            return firefox.find_element(By.XPATH, command["xpath"]).send_keys(command["text"])
        case unknown:
            raise ValueError(f"unknown command {unknown}")


def main():
    firefox = Marionette(port=int(sys.argv[1]), startup_timeout=2 * SECONDS, socket_timeout=2 * SECONDS)
    firefox.start_session()
    firefox.timeout.script = firefox.timeout.page_load = SECONDS
    for line in sys.stdin:
        try:
            answer = {"value": obey(firefox, json.loads(line))}
        except (MarionetteException, OSError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
