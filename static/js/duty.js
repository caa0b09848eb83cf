// Check-in: ask the phone where it is, then send; without an answer within ten seconds the form goes without a position.
"use strict";
(() => {
  for (const form of document.querySelectorAll("[data-locate]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.located || !navigator.geolocation) return;
      event.preventDefault();
      const send = () => {
        form.dataset.located = "1";
        form.requestSubmit();
      };
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          form.elements.latitude.value = coords.latitude.toFixed(6);
          form.elements.longitude.value = coords.longitude.toFixed(6);
          send();
        },
        send,
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
      );
    });
  }
})();
