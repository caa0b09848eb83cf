// 取得位置: ask the phone where it is and fill in latitude and longitude; say so when it does not answer.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-fill-position]")) {
    const form = button.closest("form");
    const words = form.querySelector("[data-position-words]");
    button.addEventListener("click", () => {
      if (!navigator.geolocation) {
        words.textContent = "这台设备不能定位，请手工填写经纬度。";
        return;
      }
      words.textContent = "正在定位……";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          form.elements.latitude.value = coords.latitude.toFixed(6);
          form.elements.longitude.value = coords.longitude.toFixed(6);
          words.textContent = `已取得位置，误差约 ${Math.round(coords.accuracy)} 米。`;
        },
        () => {
          words.textContent = "没有取得位置，请到开阔处再试，或者手工填写。";
        },
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 },
      );
    });
  }
})();
