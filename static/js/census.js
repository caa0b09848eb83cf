// Census on the phone: where it is, boards of the ledger around, and one of them taken over with a tap.
"use strict";
(() => {
  const form = document.querySelector("[data-census]");
  if (!form) return;
  const said = document.getElementById("census-position");
  const around = document.getElementById("census-nearby");
  const chosen = document.getElementById("census-board");

  const locate = () => {
    if (!navigator.geolocation) {
      said.textContent = "这台设备没有定位，可以照常登记。";
      return;
    }
    said.textContent = "正在等待定位。";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        said.textContent = `已定位，误差约 ${Math.round(coords.accuracy)} 米。`;
        around.dispatchEvent(new Event("located"));
      },
      () => {
        said.textContent = "没有取得定位，可以照常登记。";
      },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
    );
  };

  around.addEventListener("click", (event) => {
    const button = event.target.closest("[data-board]");
    if (!button) return;
    form.elements.board.value = button.dataset.board;
    form.elements.name.value = button.dataset.name;
    form.elements.place.value = button.dataset.place;
    form.elements.kind.value = button.dataset.kind;
    chosen.textContent = `已选台账中的设施：${button.textContent}`;
  });
  document.getElementById("census-locate").addEventListener("click", locate);
  locate();
})();
